"""The project's own benchmark: how far the gateway is from what its figures promise.

Law: measures the gateway from outside, on documents and rules of its own; the gateway never
imports it.
"""
