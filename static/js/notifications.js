// The page of notifications: a thread that one goes to is read, in this tab and in the others.
import { post } from './core/page.js';

/** Notes a thread as read when one of its links is followed. */
export function start(list) {
  list.addEventListener('click', event => {
    const link = event.target.closest('a[href]');
    const thread = link?.closest('[data-notice-thread].unread');
    if (thread) post('/notifications/read', new URLSearchParams({ thread: thread.dataset.noticeThread })).catch(() => { /* it stays unread */ });
  });
}
