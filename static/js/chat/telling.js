// What a screen reader is told of new messages: the first one at once, those that follow it soon in one sentence,
// and the longer they go on the more rarely. No page in here: tests run it alone.

const soonMs = 4000;
const lateMs = 16_000;

/** `say(words)` speaks; `one(message)` and `several(number, last)` give the words. */
export function telling({ say, one, several, later = setTimeout }) {
  let waiting = [];
  let pause = 0; // 0: nothing was told lately

  function tell() {
    if (!waiting.length) { pause = 0; return; }
    say(waiting.length === 1 ? one(waiting[0]) : several(waiting.length, waiting.at(-1)));
    pause = waiting.length === 1 ? soonMs : Math.min(lateMs, pause * 2);
    waiting = [];
    later(tell, pause);
  }
  return message => {
    waiting.push(message);
    if (!pause) tell();
  };
}

/** Tells of messages in the words of a room. */
export function speaking(room, say) {
  const texts = room.dataset;
  const words = message => new DOMParser().parseFromString(message.body_html, 'text/html').body.textContent.trim().slice(0, 200) || texts.textFiles;
  const one = message => texts.textMessage.replace('{a}', () => message.author.display_name).replace('{b}', () => words(message));
  return telling({ say, one, several: (number, last) => texts.textSeveral.replace('{a}', number).replace('{b}', () => one(last)) });
}
