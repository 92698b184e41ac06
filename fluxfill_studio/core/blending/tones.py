"""Tones: the colours of a picture taken back to those of the picture it was made from."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fluxfill_studio.core.picture.resampling import Planes
from fluxfill_studio.core.types import Pixels, Plane

_KNOTS = 9  # a channel's curve is straight between so many values
_STRAIGHT = 1e-3  # how much a bend of the curve counts, against a pixel that it does not meet
_ROUNDS = 5
_STEP = 3  # every so many pixels are enough
_CALM = 8.0  # a slope, in values a pixel, at which a pixel counts half; its place is not sure
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601

# How much of each knot is in a value from 0 to 255.
_HATS = np.maximum(0, 1 - np.abs(np.linspace(0, _KNOTS - 1, 256)[:, None] - np.arange(_KNOTS)))
_BENDS = np.diff(np.eye(_KNOTS), n=2, axis=0)


@dataclass(frozen=True, eq=False)
class Tones:
    """For each channel a curve from a picture's values to the reference's, shape (256, 3).

    Values at the ends are clipped ones, which nothing takes back. So that both pictures can be
    compared all the same, the reference is clipped alike.
    """

    curves: NDArray[np.float32]

    @classmethod
    def between(cls, picture: Pixels, reference: Planes) -> Tones:
        """From two pictures of the same, `reference` of the shape (3, height, width).

        Robust: what is different in the two may be as much as a third of them.
        """
        curves = (_curve(picture[..., channel], reference[channel]) for channel in range(3))
        return cls(np.stack(tuple(curves), axis=1).astype(np.float32))

    def luma(self, picture: Pixels) -> Planes:
        """The brightness of the picture in the reference's tones, shape (height, width)."""
        return np.asarray(
            cv2.transform(cv2.LUT(picture, self.curves[None]), _LUMA[None]), np.float32
        )

    def reference_luma(self, reference: Planes) -> Planes:
        """The brightness of the reference, clipped where the picture is."""
        low, high = (limit(self.curves, axis=0)[:, None, None] for limit in (np.min, np.max))
        return luma(np.clip(reference, low, high))


def luma(planes: Planes) -> Planes:
    """The brightness of RGB planes, shape (3, height, width)."""
    red, green, blue = (share * plane for share, plane in zip(_LUMA, planes, strict=True))
    return np.asarray(red + green + blue, np.float32)


def _curve(picture: Plane, reference: Planes) -> NDArray[np.float64]:
    x_slope = cv2.Sobel(reference, cv2.CV_32F, 1, 0, ksize=1)
    y_slope = cv2.Sobel(reference, cv2.CV_32F, 0, 1, ksize=1)
    thinned = (slice(None, None, _STEP), slice(None, None, _STEP))
    values, wanted = picture[thinned].ravel(), reference[thinned].ravel()
    trust = 1 / (1 + (x_slope**2 + y_slope**2)[thinned].ravel() / _CALM**2)
    trust *= (values > 1) & (values < 254)
    stiff = _STRAIGHT * (trust.sum() + 1) * _BENDS.T @ _BENDS + 1e-6 * np.eye(_KNOTS)
    weight, curve = trust, np.arange(256.0)
    for _ in range(_ROUNDS):
        # A pixel enters by its value alone, of which there are 256.
        many = np.bincount(values, weight, 256)
        total = np.bincount(values, weight * wanted, 256) - many * np.arange(256)
        knots = np.linalg.solve((_HATS * many[:, None]).T @ _HATS + stiff, _HATS.T @ total)
        curve = np.arange(256) + _HATS @ knots
        difference = wanted - curve[values]
        noise = 1.4826 * float(np.median(np.abs(difference))) + 0.1
        weight = trust / (1 + (difference / (2.385 * noise)) ** 2)
    return curve
