// Instead of the theme's half a megabyte of icons: its web font, cut down, draws the few that are used.
