"""The processes of ``gateway serve``: a supervisor, and those that it forks.

Design §4.
"""
