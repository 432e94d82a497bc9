"""Which sites lie within reach of which places, without holding every distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from millmark.region.coverage.columns import Degrees, Ints, Places

EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean radius (IUGG)."""

_SLACK: Final = 1.05


@dataclass(frozen=True, slots=True)
class Pairs:
    """Place and site (rows) that are within reach, ordered by place, then site; `distance_m` between them."""

    place: Ints
    site: Ints
    distance_m: NDArray[np.float64]

    def starts(self, places: int) -> Ints:
        """Where the pairs of each place begin, and one past the last: (places + 1,)."""
        return np.searchsorted(self.place, np.arange(places + 1)).astype(np.int64)


def distance_m(longitude_a: ArrayLike, latitude_a: ArrayLike, longitude_b: ArrayLike, latitude_b: ArrayLike) -> Degrees:
    """Great-circle distance by the haversine formula."""
    lon_a, lat_a, lon_b, lat_b = (np.radians(one) for one in (longitude_a, latitude_a, longitude_b, latitude_b))
    chord = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(chord, 1.0))))


def within_reach(places: Places, longitude: Degrees, latitude: Degrees, radii: NDArray[np.float64]) -> Pairs:
    """All pairs whose distance is at most the site's radius for the place's class; `radii` is (sites, classes).

    Places and sites are laid on a grid as wide as the longest radius, so a place asks its own square and the eight
    around it.
    """
    if not len(places) or not len(longitude) or not radii.size or radii.max() <= 0:
        return _NONE
    middle = float(np.mean(places.latitude))
    cell = float(radii.max()) * _SLACK / EARTH_RADIUS_M

    def squares(lon: Degrees, lat: Degrees) -> tuple[Ints, Ints]:
        # The columns narrow towards the poles; a square must stay as wide as the reach everywhere among the places.
        narrow = np.cos(np.radians(max(abs(middle), float(np.max(np.abs(places.latitude))))))
        x = np.floor(np.radians(lon) * narrow / cell).astype(np.int64)
        y = np.floor(np.radians(lat) / cell).astype(np.int64)
        return x, y

    place_x, place_y = squares(places.longitude, places.latitude)
    site_x, site_y = squares(longitude, latitude)
    key = _key(site_x, site_y)
    order = np.argsort(key, kind="stable")
    keys = key[order]
    found_places, found_sites = [], []
    for step_x in (-1, 0, 1):
        for step_y in (-1, 0, 1):
            wanted = _key(place_x + step_x, place_y + step_y)
            first, last = np.searchsorted(keys, wanted, "left"), np.searchsorted(keys, wanted, "right")
            counts = last - first
            rows = np.repeat(np.arange(len(places)), counts)
            offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
            found_places.append(rows)
            found_sites.append(order[np.repeat(first, counts) + offsets])
    place, site = np.concatenate(found_places), np.concatenate(found_sites)
    apart = distance_m(places.longitude[place], places.latitude[place], longitude[site], latitude[site])
    near = apart <= radii[site, places.classes[place]]
    place, site, apart = place[near], site[near], apart[near]
    in_order = np.lexsort((site, place))
    return Pairs(place[in_order], site[in_order], apart[in_order])


def _key(x: Ints, y: Ints) -> Ints:
    return x * (1 << 32) + y


_NONE = Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))
