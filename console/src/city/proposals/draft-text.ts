import type { Draft, DraftBlock, FigureChoice, Slot } from '@/city/proposals/shapes'

const SLOT = /\{(\w+)\}/g

export type Show = Slot['show']

/** The slots of a text, in order. */
export function slotsOf(text: string): string[] {
  return [...text.matchAll(SLOT)].map((match) => match[1] ?? '')
}

/** The slot by which a figure is put into a text: its own id for its value, a name of its own for anything else. */
export function slotFor(figure: FigureChoice, show: Show): { name: string; slot: Slot | undefined } {
  if (show === 'value') return { name: figure.id, slot: undefined }
  return { name: `${figure.id}_${show}`, slot: { ...PLAIN, figure: figure.id, show } }
}

/** What a slot is unless it says otherwise. */
export const PLAIN: Slot = {
  figure: '',
  show: 'value',
  unit: null,
  times: '1',
  topic: null,
  limit: null,
  brief: false,
  by_months: false,
}

/** The text with a slot put in where the caret stands. */
export function inserted(text: string, name: string, from: number, to: number): string {
  return `${text.slice(0, from)}{${name}}${text.slice(to)}`
}

/** The draft as it is sent: only slots that a block shows, and no owner where nothing is promised. */
export function tidied(draft: Draft): Draft {
  const used = new Set(draft.blocks.flatMap(({ text }) => slotsOf(text)))
  const slots = Object.fromEntries(Object.entries(draft.slots ?? {}).filter(([name]) => used.has(name)))
  return { ...draft, slots, blocks: draft.blocks.map(plainBlock) }
}

/** A field that is empty says nothing. */
function filled(text: string | null | undefined): string | null {
  return text === '' || text === undefined ? null : text
}

function plainBlock(block: DraftBlock): DraftBlock {
  if (block.kind === 'promise')
    return {
      ...block,
      owner: filled(block.owner?.trim()),
      department: filled(block.department),
      due_on: filled(block.due_on),
    }
  return { ...block, owner: null, department: null, due_on: null, placeholder: false }
}

export function emptyBlock(kind: DraftBlock['kind']): DraftBlock {
  return { kind, text: '', owner: null, department: null, due_on: null, placeholder: false }
}
