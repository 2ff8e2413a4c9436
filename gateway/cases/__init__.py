"""Tests of rules: cases read, run against the gateway, compared, counted and told.

Language §8. Law: pure; texts and payloads in, results and texts out. Files are read by the
configuration's floor and written by the command.
"""
