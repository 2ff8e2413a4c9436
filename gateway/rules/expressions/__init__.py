"""Expressions: checked against their scope, compiled for serving, interpreted for explaining.

Law: pure; what an expression can say is decided here and nowhere else.
"""
