import type { FeatureCollection, Point } from 'geojson'

/** A point of a layer: longitude, latitude (WGS 84) and what it is called when it is chosen. */
export type LayerPoint = readonly [longitude: number, latitude: number, key: string | number]

/** Points that are drawn alike. Later layers lie above earlier ones. */
export interface PointLayer {
  id: string
  /** What the legend calls them. */
  label: string
  /** A colour of the tokens, such as `--accent`. */
  colour: string
  /** Pixels. */
  radius: number
  /** Only the outline is drawn. */
  hollow?: boolean
  points: readonly LayerPoint[]
}

/** The layer as a source of the map. */
export function featuresOf(layer: PointLayer): FeatureCollection<Point, { key: string | number }> {
  return {
    type: 'FeatureCollection',
    features: layer.points.map(([longitude, latitude, key]) => ({
      type: 'Feature',
      properties: { key },
      geometry: { type: 'Point', coordinates: [longitude, latitude] },
    })),
  }
}
