"""The parts of the posters that films and stills are cut from."""

from __future__ import annotations

# Centre and width of each film's three details, in the poster's own 1000 × 1500.
DETAILS = {
    "le-voyage-dans-la-lune": ((500, 690, 980), (660, 560, 640), (500, 830, 700)),
    "das-cabinet-des-dr-caligari": ((500, 620, 1000), (530, 640, 640), (500, 1230, 980)),
    "nosferatu": ((520, 560, 1000), (330, 620, 640), (600, 420, 640)),
    "safety-last": ((500, 560, 1000), (420, 820, 640), (640, 480, 700)),
    "sherlock-jr": ((500, 620, 900), (500, 560, 640), (740, 980, 640)),
    "battleship-potemkin": ((500, 480, 1000), (360, 820, 680), (640, 880, 900)),
    "the-gold-rush": ((500, 760, 1000), (240, 1020, 640), (640, 720, 680)),
    "the-general": ((500, 640, 1000), (500, 640, 640), (500, 1080, 960)),
    "metropolis": ((500, 560, 1000), (500, 470, 640), (500, 1010, 760)),
    "steamboat-bill-jr": ((500, 800, 1000), (240, 1080, 640), (620, 620, 680)),
    "his-girl-friday": ((500, 480, 1000), (500, 1090, 900), (500, 400, 680)),
    "les-vampires": ((500, 600, 1000), (720, 1080, 560), (500, 600, 640)),
    "les-vampires-the-severed-head": ((500, 700, 1000), (500, 600, 460), (240, 1200, 480)),
    "les-vampires-the-ring-that-kills": ((500, 480, 1000), (500, 620, 330), (720, 1080, 560)),
    "les-vampires-the-red-codebook": ((500, 900, 1000), (516, 1080, 520), (500, 600, 700)),
    "night-of-the-living-dead": ((560, 780, 1000), (600, 800, 640), (500, 1180, 1000)),
}
DEFAULT_DETAILS = ((500, 600, 1000), (500, 600, 660), (500, 1000, 900))
