"""Real programs for tests: spillwayd, Postfix, redis-server, an SMTP sink, and an MTA that speaks milter.

Everything lives in one temporary folder (a Place) and ends with it, also when a test fails.
"""
