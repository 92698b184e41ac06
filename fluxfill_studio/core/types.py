"""Names for the arrays that travel between the rooms."""

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
"""One channel of 8 bits, shape (height, width)."""

Pixels = NDArray[np.uint8]
"""RGB of 8 bits, shape (height, width, 3)."""
