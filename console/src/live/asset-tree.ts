import type { Asset, Series } from '@/api/types'

export interface AssetNode {
  asset: Asset
  children: AssetNode[]
  /** Ids of all series of this asset and of those below it. */
  series: number[]
}

/** The assets as a tree in the order of their paths; an asset whose parent is not listed stands at the top. */
export function assetTree(assets: readonly Asset[], series: readonly Series[]): AssetNode[] {
  const nodes = new Map<string, AssetNode>()
  const ordered = [...assets].sort((a, b) => (a.path < b.path ? -1 : 1))
  for (const asset of ordered) nodes.set(asset.path, { asset, children: [], series: [] })
  for (const { id, asset } of series) {
    for (let path = asset; path; path = path.slice(0, Math.max(0, path.lastIndexOf('/'))))
      nodes.get(path)?.series.push(id)
  }
  const roots: AssetNode[] = []
  for (const node of nodes.values()) {
    const parent = node.asset.parent === null ? undefined : nodes.get(node.asset.parent)
    ;(parent?.children ?? roots).push(node)
  }
  return roots
}

/** Series of an asset and of everything below it. */
export function seriesUnder(path: string, series: readonly Series[]): Series[] {
  return series.filter(({ asset }) => asset === path || asset.startsWith(`${path}/`))
}
