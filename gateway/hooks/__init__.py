"""The platform's wire format: signatures, requests, answers.

Law: pure; bytes and values in, values and bytes out. Knows rules' effects, no HTTP and no files.
"""
