"""HTTP: the application, the server that it runs on, and what they log.

Law: translates between HTTP and the gateway; knows nothing of rules or documents.
"""
