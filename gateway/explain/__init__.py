"""Why each rule did or did not fire. Law: the engine's own verdicts, told; decides nothing."""
