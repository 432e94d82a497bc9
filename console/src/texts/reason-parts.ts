export interface ReasonPart {
  text: string
  /** The id of the claim that is spoken of here. */
  claim?: string
}

// The days that may follow stand in the claim's name.
const CLAIM = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\s?\(\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d\))?/g

/** What a reason says, with the claims that it names by their ids set apart. */
export function partsOf(reason: string): ReasonPart[] {
  const parts: ReasonPart[] = []
  let after = 0
  for (const found of reason.matchAll(CLAIM)) {
    parts.push({ text: reason.slice(after, found.index) }, { text: '', claim: found[1] ?? '' })
    after = found.index + found[0].length
  }
  return [...parts, { text: reason.slice(after) }].filter(({ text, claim }) => text || claim)
}

/** A claim's id as people tell claims apart; the whole of it stands on the claim's own page. */
export function shortId(claim: string): string {
  return claim.slice(0, 8)
}
