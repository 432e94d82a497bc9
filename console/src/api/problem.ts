/**
 * What went wrong with a request: what, where, and what to do next. The platform says so itself for whatever it
 * answers; for the rest (`unreachable`, `unreadable`) the console knows only the code, and the texts come from its
 * own dictionary.
 */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly where = '',
    readonly nextStep = '',
  ) {
    super(message)
    this.name = 'Problem'
  }

  get isSignedOut(): boolean {
    return this.status === 401
  }
}

interface ErrorAnswer {
  error: { code: string; message: string; where: string; next_step: string }
}

function isErrorAnswer(body: unknown): body is ErrorAnswer {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false
  const { error } = body
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error
}

/** The problem that an answer with a failing status tells, whatever its body is. */
export function problemOfAnswer(status: number, body: unknown): Problem {
  if (isErrorAnswer(body)) {
    const { code, message, where, next_step } = body.error
    return new Problem(status, code, message, where, next_step)
  }
  return new Problem(status, 'unreadable', `HTTP ${status}`)
}

/** Any thrown thing as a problem; what is none already came from the network or from an answer that is no JSON. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  if (thrown instanceof SyntaxError) return new Problem(0, 'unreadable', thrown.message)
  return new Problem(0, 'unreachable', thrown instanceof Error ? thrown.message : String(thrown))
}

export function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError'
}
