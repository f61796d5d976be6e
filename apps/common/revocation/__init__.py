"""Access tokens that are refused before they expire.

A token is verified without asking `auth`, so by itself it stays good for its ten minutes. When an account is closed or
deleted, loses or gets a role, or ends its sessions, `auth` says so by an event, and from then on this service refuses
what was issued earlier. Kept are ids and times alone, for as long as such a token could live.

`models` holds the truth; `lookup` is the copy that each process reads at every request; `consumers` writes.
"""
