"""Tables: read from files and databases, indexed, asked.

Language §6.
"""
