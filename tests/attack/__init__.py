"""What a hostile or careless client does, through the real gateway with every process running: one file per kind."""
