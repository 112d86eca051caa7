"""The commands, one idea a file, each imported when it is asked for."""
