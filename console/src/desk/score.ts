/** A node of a score: a branch of the question tree, or one question. Numbers travel as exact texts. */
export interface ScoreNode {
  id: string
  name_zh: string
  name_en: string
  /** Points reached and points there are. */
  score: string | null
  of: string
  confidence?: string | null
  children: ScoreNode[]
}

/** The share of its points that a node reached, for a bar; null where nothing was answered. */
export function shareOf(node: Pick<ScoreNode, 'score' | 'of'>): number | null {
  if (node.score === null) return null
  const of = Number(node.of)
  return of > 0 ? Math.min(1, Math.max(0, Number(node.score) / of)) : null
}

/** The questions of a tree by the points they leave on the table, the most first. */
export function gapsOf(tree: readonly ScoreNode[]): { node: ScoreNode; missing: number }[] {
  return leavesOf(tree)
    .map((node) => ({ node, missing: Number(node.of) - Number(node.score ?? 0) }))
    .filter(({ missing }) => missing > 0)
    .sort((a, b) => b.missing - a.missing)
}

export function leavesOf(tree: readonly ScoreNode[]): ScoreNode[] {
  return tree.flatMap((node) => (node.children.length ? leavesOf(node.children) : [node]))
}
