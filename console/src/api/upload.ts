import { problemOfAnswer } from '@/api/problem'

/** A document as the platform keeps it: its id is made of its content. */
export interface StoredFile {
  id: string
  name: string
  media_type: string
  bytes: number
  sha256: string
}

/** Sends one document; what the platform does not take comes back as a `Problem` that says why. */
export async function uploadFile(
  file: File,
  about: { purpose: string; enterpriseId: number | null },
): Promise<StoredFile> {
  const form = new FormData()
  form.set('purpose', about.purpose)
  if (about.enterpriseId !== null) form.set('enterprise_id', String(about.enterpriseId))
  form.set('file', file, file.name)
  const response = await fetch('/api/files', {
    method: 'POST',
    body: form,
    credentials: 'same-origin',
    headers: { Accept: 'application/json' },
  })
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw problemOfAnswer(response.status, body)
  return body as StoredFile
}
