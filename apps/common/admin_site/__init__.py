"""One admin for staff, spread over the services: the brand, the colours and the navigation that all share.

Each service serves its own pages below `/api/<service>/admin/`. What differs is its `ADMIN_NAVIGATION` and its models.
"""
