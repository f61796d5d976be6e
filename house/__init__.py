"""The embedded house: runs all of StreamCart on one machine, with nothing installed but Python 3.13.

`manage.py up` starts PostgreSQL, Valkey and NGINX from their Python packages and every service's roles by the commands
that containers and pods use. What it makes lies in `var/` (`var/port-<PORT>/` for another port than 8000):
secrets, `env/<service>.env`, databases, media, mail and logs.

Variables of the caller's environment that change what is embedded:

    PORT=9000                     the gateway's port; the others follow (ui +1, catalog +2, … valkey +7)
    HOST=0.0.0.0                  where the gateway listens (default: this machine only)
    HOUSE_VAR=/path               another folder than var/
    PUBLIC_URL=https://…          the address that shoppers type
    <SERVICE>_DATABASE_URL=…      a real PostgreSQL for one service (AUTH_, CATALOG_, PAYMENT_, VIDEO_);
                                  the embedded one does not start when all four are given
    REDIS_URL=redis://…           a real Redis or Valkey instead of the embedded one
    EMAIL_URL, LOG_LEVEL, …       handed to every service (house.environment.SHARED)
    <SERVICE>_<NAME>=…            handed to one service (VIDEO_FFMPEG, CATALOG_WEB_THREADS, …)
"""
