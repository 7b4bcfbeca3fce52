// The client's timeline, driven from outside: one command in JSON a line, answered by what it shows then.
import { createInterface } from 'node:readline';
import { timeline } from '../../static/js/chat/timeline.js';

let line, shown, resets, question, generation = 0;

function begin() {
  const mine = ++generation;
  [shown, resets, question] = [[], 0, null];
  line = timeline({
    pos: 0, wait: 1e8, apply: event => { if (mine === generation) shown.push(event.pos); }, reset: () => { resets++; },
    fetchAfter: pos => new Promise((done, failed) => { question = { pos, done, failed }; }),
  });
}
function answer(how, said) {
  const { done, failed } = question;
  question = null;
  if (how === 'fail') failed(new Error('cut')); else done(said);
}
const acts = {
  begin,
  receive: ({ pos }) => line.receive({ pos }),
  ask: () => { line.catchUp().catch(() => {}); },
  answer: ({ said }) => answer('answer', said),
  fail: () => answer('fail'),
};
createInterface({ input: process.stdin }).on('line', text => {
  const { act, ...said } = JSON.parse(text);
  acts[act](said);
  setImmediate(() => process.stdout.write(`${JSON.stringify({ shown, resets, pos: line.pos, asks: question?.pos ?? null })}\n`));
}).on('close', () => process.exit(0));
