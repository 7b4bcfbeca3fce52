// Which draft stands when a conversation is opened: what this device holds, or what the server was told by another one.
// No page in here: tests run it alone.

/**
 * `local` is what this device holds, `server` what the server keeps, `told` what this device has last told the server
 * (null: nothing yet). Nothing that was typed and not told is lost; what was sent elsewhere does not come back.
 */
export function merge({ local, server, told }) {
  if (told === null) return local || server;
  if (local === told) return server; // nothing new here: the server knows better
  if (server === told || !server.startsWith(local)) return local;
  return server; // somebody went on elsewhere
}
