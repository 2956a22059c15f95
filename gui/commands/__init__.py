"""Every action of the window as data; menus, tool buttons, the palette and the shortcut sheet are made from it."""
