"""Goldens of picture resizing: Pillow's bicubic results, compared bit for bit by tests/resize.rs.

    pip install pillow==13.0.0 numpy
    python python/resize_goldens.py

Writes tests/goldens/resize/<source>_to_<target>.png. The source pictures are a formula that the test repeats.
"""

from pathlib import Path

import numpy as np
from PIL import Image

SIZES = [  # (source, target), width x height
    ((1, 1), (5, 4)),
    ((7, 5), (16, 16)),
    ((64, 64), (64, 64)),
    ((65, 63), (64, 64)),
    ((100, 37), (24, 24)),
    ((480, 360), (32, 32)),
    ((640, 20), (20, 20)),
    ((33, 500), (8, 8)),
    ((31, 17), (1, 1)),
    ((16, 16), (16, 40)),
]


def source(width, height):
    """Noise with many pixels at 0 and 255, so that overshoot is clipped on both sides."""
    y, x, c = np.meshgrid(*(np.arange(n, dtype=np.uint64) for n in (height, width, 3)), indexing="ij")
    h = (x * 73856093) ^ (y * 19349663) ^ (c * 83492791)
    v = ((h % 2**32) * 2654435761 % 2**32) >> 24
    return np.where(v < 85, 0, np.where(v > 170, 255, v)).astype(np.uint8)


folder = Path(__file__).parent.parent / "tests" / "goldens" / "resize"
folder.mkdir(parents=True, exist_ok=True)
for (w, h), (to_w, to_h) in SIZES:
    resized = Image.fromarray(source(w, h)).resize((to_w, to_h), Image.Resampling.BICUBIC)
    resized.save(folder / f"{w}x{h}_to_{to_w}x{to_h}.png", optimize=True)
