import type { CityMap } from '@/api/types'

export type LngLat = [number, number]
export interface Bounds {
  west: number
  south: number
  east: number
  north: number
}

type Area = CityMap['features'][number]

/** The outer rings of an area. */
function outerRings(area: Area): LngLat[][] {
  const { geometry } = area
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
  return polygons.map((rings) => (rings[0] ?? []) as LngLat[])
}

/** Where an area's label stands: the centroid of its largest ring (plane, which is enough within a city). */
export function labelPlace(area: Area): LngLat {
  let best: LngLat = [0, 0]
  let largest = -1
  for (const ring of outerRings(area)) {
    let [sum, x, y] = [0, 0, 0]
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const [x0, y0] = ring[i] ?? [0, 0]
      const [x1, y1] = ring[i + 1] ?? [0, 0]
      const cross = x0 * y1 - x1 * y0
      sum += cross
      x += (x0 + x1) * cross
      y += (y0 + y1) * cross
    }
    if (Math.abs(sum) > largest && sum !== 0) {
      largest = Math.abs(sum)
      best = [x / (3 * sum), y / (3 * sum)]
    }
  }
  return best
}

export function boundsOf(map: CityMap): Bounds {
  const bounds: Bounds = { west: 180, south: 90, east: -180, north: -90 }
  for (const area of map.features) {
    for (const [x, y] of outerRings(area).flat()) {
      bounds.west = Math.min(bounds.west, x)
      bounds.east = Math.max(bounds.east, x)
      bounds.south = Math.min(bounds.south, y)
      bounds.north = Math.max(bounds.north, y)
    }
  }
  return bounds
}
