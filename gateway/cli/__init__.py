"""The commands.

Law: each reads its arguments, calls the floors below and speaks to a person; none is imported
before it is called.
"""
