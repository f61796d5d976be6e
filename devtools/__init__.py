"""Tools for developers and CI, never in an image. `stack` runs all of StreamCart on one machine, with
nothing installed but Python 3.13; `demo` fills it, `checks` tests and lints, `release` builds images and writes
releases into the GitOps manifests.

`manage.py up` starts PostgreSQL, Valkey and NGINX from their Python packages, and every service's roles by the commands
that containers and pods use. What it makes lies in `var/` (`var/port-<PORT>/` for another port than 8000).

Variables of the caller's environment that change what is embedded:

    PORT=9000                  the gateway's port; the others follow (ui +1, catalog +2, … valkey +7)
    STREAMCART_VAR=/path       another folder than var/
    PUBLIC_URL=https://…       the address that shoppers type
    <SERVICE>_DATABASE_URL=…   a real PostgreSQL for AUTH, CATALOG, PAYMENT or VIDEO; the embedded one does not start
                               when all four are given
    REDIS_URL=redis://…        a real Redis or Valkey instead of the embedded one
    STREAM_SECRET=…            signs streams, for the video service and the gateway
    EMAIL_URL, LOG_LEVEL, …    for every service (devtools.stack.environment.SHARED); VIDEO_FFMPEG=… for one
"""
