"""Signing in with the agency's own accounts, by OpenID Connect (mozilla-django-oidc).

It says who somebody is and nothing more: it makes no account, and gives no role, no unit and no
right. Those stay with the administrators of this system, and the second step stays asked for.
"""
