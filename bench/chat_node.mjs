// The same fan-out by socket.io in Node, to compare with: one room, nothing stored, nobody signed in.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false });
const author = { id: 'abcdefgh', uid: 'p0', display_name: 'Person 0', title: '', kind: 'employee', avatar_url: null, initials: 'P0', colour: 1 };
let seq = 0;
io.on('connection', socket => {
  socket.join('room');
  // What a message of ours weighs.
  socket.on('say', ({ client_id }) => io.to('room').emit('message:new', {
    id: 'abcdefghijk', conversation_id: 'abcdefghijk', seq: ++seq, author, body: 'Bonjour à tous, voici une ligne.',
    body_html: '<p>Bonjour à tous, voici une ligne.</p>', client_id, created_at: new Date().toISOString(), edited_at: null, deleted_at: null,
    reply_to: null, reactions: {}, pinned_at: null, thread_id: null, thread_replies: null, replies: 0, replied_at: null, attachments: [], pos: seq,
  }));
});
http.listen(Number(process.argv[2]), '127.0.0.1');
