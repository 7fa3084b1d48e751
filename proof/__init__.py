"""Proofs that take longer than a test may, or that break things on purpose: ``make proof``.

Each is a function with the row of docs/trust.md that it is about (``rows.proof``); a module of
``proof/`` that defines some is named in ``__main__.MODULES``. They speak to loopback alone, touch
no database but their own, end no process that they did not start, and end by themselves.
"""
