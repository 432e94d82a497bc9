import type { Reply } from '@/api/types'

/** A short paragraph without figures and without a full stop at its end is a heading. */
export function paragraphKind({ segments }: Reply['paragraphs'][number]): 'heading' | 'text' {
  const text = segments.map((segment) => segment.text).join('')
  const plain = segments.every(({ figure_id }) => figure_id === null)
  return plain && text.length <= 60 && !/[。.;；:：]\s*$/.test(text) ? 'heading' : 'text'
}
