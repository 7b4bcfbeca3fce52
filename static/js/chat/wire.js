// Asking the server: over the socket while there is one, else by plain requests. Both mean the same.
import { ask } from '../core/live.js';
import { csrf, text } from '../core/page.js';
import { Refusal } from './outbox.js';

const api = '/api/v1';
export const online = () => document.documentElement.dataset.connection === 'online';

/** A request; gives the answer, throws Refusal for what will stay refused. */
export async function call(method, path, body, more) {
  const answer = await fetch(api + path, { method, ...more, credentials: 'same-origin', body: body && JSON.stringify(body),
    headers: { 'X-CSRF-Token': csrf, ...(body ? { 'Content-Type': 'application/json' } : {}) } })
    .catch(error => { throw new Error(text('offline'), { cause: error }); }); // the browser's words are not the reader's
  if (answer.status === 204) return null;
  const data = await answer.json().catch(() => ({}));
  if (answer.ok) return data;
  const said = Object.values(data.errors ?? {}).flat().join(' ') || data.detail || data.title || '';
  if (answer.status < 500 && ![401, 408, 429].includes(answer.status)) throw new Refusal(said);
  throw new Error(said);
}

/** Over the socket, with its answer; throws as `call` does. */
async function over(event, payload) {
  const answer = await ask(event, payload);
  if (answer?.ok) return answer;
  const { status = 500, title = '', errors = {} } = answer?.error ?? {};
  const said = Object.values(errors).flat().join(' ') || title;
  if (status < 500 && ![401, 408, 429].includes(status)) throw new Refusal(said);
  throw new Error(said);
}

export async function send(conversation, { body, client_id, reply_to, thread_id, attachments, topic_id, new_topic }) {
  const under = topic_id ? { topic_id } : new_topic ? { new_topic } : {};
  const sent = { body, client_id, ...under, ...(thread_id ? { thread_id } : {}), ...(reply_to ? { reply_to } : {}), ...(attachments?.length ? { attachments } : {}) };
  if (online()) {
    try {
      return (await over('message:send', { conversation_id: conversation, ...sent })).message;
    } catch (error) { if (error instanceof Refusal) throw error; }
  }
  return call('POST', `/conversations/${conversation}/messages`, sent);
}

export async function read(conversation, seq) {
  if (online()) return over('conversation:read', { conversation_id: conversation, seq });
  return call('PUT', `/conversations/${conversation}/read`, { seq });
}

export async function missed(conversation, pos) {
  if (online()) {
    const { conversations: { [conversation]: found }, counts } = await over('sync', { conversations: { [conversation]: pos } });
    document.dispatchEvent(new CustomEvent('rse:counts', { detail: counts }));
    if (found.gone) throw new Refusal('gone');
    return found;
  }
  return call('GET', `/conversations/${conversation}/events?after=${pos}`);
}
