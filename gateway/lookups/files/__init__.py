"""Tables in files: a module for each format, from bytes to a `Table`."""
