"""Every action as data: id, title, shortcut; menus, toolbar, palette and help are made from it."""
