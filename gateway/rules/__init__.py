"""The rule language: YAML text in, compiled rules out. Law: pure; no files, clocks or sockets."""
