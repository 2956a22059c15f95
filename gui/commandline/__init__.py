"""What the command line does with Qt: pictures without a window, and what is found of Qt here."""
