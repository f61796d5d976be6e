"""The demo's pictures: drawn as SVG in Python, turned into WebP. Nothing in them comes from elsewhere but the fonts."""
