// Live discussion: each part of the page that asks for it comes to life; what it needs is loaded with it.
export async function start(element) {
  if (element.dataset.room) (await import('./chat/room.js')).start(element);
  else if (element.dataset.chooser) (await import('./chat/chooser.js')).start(element);
  else if (element.dataset.list !== undefined) (await import('./chat/list.js')).start(element);
}
