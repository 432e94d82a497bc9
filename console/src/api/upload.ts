import { askedLanguage } from '@/api/client'
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
  return (await send('/api/files', form, {})) as StoredFile
}

/** Sends a file as the whole body of a request. */
export async function sendBytes(path: string, file: Blob, mediaType: string): Promise<unknown> {
  return send(path, file, { 'Content-Type': mediaType })
}

/** Sends a form; what the platform does not take comes back as a `Problem` that says why. */
export async function sendForm(path: string, form: FormData): Promise<unknown> {
  return send(path, form, {})
}

/** What the platform makes of a question, as a file. */
export async function fetchBytes(path: string, body: object): Promise<Blob> {
  const response = await fetch(path, {
    method: 'POST',
    body: JSON.stringify(body),
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', 'Accept-Language': askedLanguage() },
  })
  if (!response.ok) throw problemOfAnswer(response.status, await response.json().catch(() => undefined))
  return response.blob()
}

async function send(path: string, body: BodyInit, headers: Record<string, string>): Promise<unknown> {
  const response = await fetch(path, {
    method: 'POST',
    body,
    credentials: 'same-origin',
    headers: { Accept: 'application/json', 'Accept-Language': askedLanguage(), ...headers },
  })
  const answer: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw problemOfAnswer(response.status, answer)
  return answer
}
