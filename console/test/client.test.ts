// @vitest-environment node
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { bodyOfCall, createApi, type Api } from '@/api/client'
import { asProblem, type Problem } from '@/api/problem'

let answer = { status: 200, type: 'application/json', body: '{}' }
let server: Server
let api: Api
let language = 'zh-CN'
let asked: string | undefined
const signedOut = vi.fn()

function answering(status: number, body: string, type = 'application/json'): void {
  answer = { status, type, body }
}

async function problemOf(call: Promise<unknown>): Promise<Problem> {
  try {
    await call
  } catch (thrown) {
    return asProblem(thrown)
  }
  throw new Error('the call was expected to fail')
}

beforeAll(async () => {
  server = createServer((request, response) => {
    asked = request.headers['accept-language']
    response.writeHead(answer.status, { 'Content-Type': answer.type }).end(answer.body)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  api = createApi(signedOut, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => language)
})

afterAll(() => {
  server.close()
  server.closeAllConnections()
})

beforeEach(() => {
  signedOut.mockClear()
})

describe('the API client', () => {
  it('gives the body of an answer', async () => {
    answering(200, '{"status":"ok","version":"1"}')
    await expect(bodyOfCall(api.GET('/api/health'))).resolves.toEqual({ status: 'ok', version: '1' })
  })

  it('tells what was wrong, where, and what to do, in the words of the platform', async () => {
    const error = { code: 'not_found', message: 'No such figure.', where: '/api/figures/X', next_step: 'Check it.' }
    answering(404, JSON.stringify({ error }))
    expect(await problemOf(api.GET('/api/health'))).toMatchObject({
      status: 404,
      code: 'not_found',
      message: 'No such figure.',
      where: '/api/figures/X',
      nextStep: 'Check it.',
    })
    expect(signedOut).not.toHaveBeenCalled()
  })

  it('names the status when a proxy answers with a page of its own', async () => {
    answering(502, '<h1>Bad gateway</h1>', 'text/html')
    expect(await problemOf(api.GET('/api/health'))).toMatchObject({ status: 502, code: 'unreadable' })
  })

  it('calls an answer that breaks off unreadable', async () => {
    answering(200, '{"status":"o')
    expect(await problemOf(api.GET('/api/health'))).toMatchObject({ status: 0, code: 'unreadable' })
  })

  it('asks for refusals in the language that the console speaks', async () => {
    answering(200, '{"status":"ok","version":"1"}')
    await api.GET('/api/health')
    expect(asked).toBe('zh-CN')
    language = 'en'
    await api.GET('/api/health')
    expect(asked).toBe('en')
  })

  it('notes that the session has ended', async () => {
    answering(401, '{"error":{"code":"not_signed_in","message":"m","where":"","next_step":""}}')
    expect((await problemOf(api.GET('/api/session'))).isSignedOut).toBe(true)
    expect(signedOut).toHaveBeenCalledOnce()
  })

  it('calls a platform that does not answer unreachable', async () => {
    const nobody = createApi(signedOut, 'http://127.0.0.1:1')
    expect(await problemOf(nobody.GET('/api/health'))).toMatchObject({ status: 0, code: 'unreachable' })
  })
})
