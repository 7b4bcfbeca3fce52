// The topic under which one writes, in the discussion of a group; those that others begin meanwhile are offered too.

export function topics(room) {
  const form = room.querySelector('.chat-write');
  const row = room.querySelector('.chat-topics');
  const select = form?.querySelector('select[name="topic_id"]');
  const name = form?.elements.new_topic;
  const only = room.dataset.topic ?? '';
  const offered = id => [...select?.options ?? []].find(one => one.value === id);

  select?.addEventListener('change', () => { if (select.value === '0') name.focus(); });
  // Who answers stays under the topic of what is answered.
  room.addEventListener('rse:reply', ({ detail }) => { if (detail && offered(detail)) select.value = detail; });

  return {
    /** What a message is sent with; null while the new topic has no name. */
    chosen() {
      if (only) return { topic_id: only };
      if (!select?.value) return {};
      if (select.value !== '0') return { topic_id: select.value };
      const words = name.value.trim();
      if (!words) { name.focus(); return null; }
      return { new_topic: words };
    },
    /** A message under a topic has come: it is offered from now on, and stays chosen where its writer began it. */
    learn(topic, mine) {
      if (!topic || only) return;
      if (row && !row.querySelector(`[data-topic="${CSS.escape(topic.id)}"]`)) {
        const link = Object.assign(document.createElement('a'), { href: `?topic=${topic.id}`, textContent: topic.name });
        link.dataset.topic = topic.id;
        row.firstElementChild.after(link);
        row.hidden = false;
      }
      if (!select) return;
      if (!offered(topic.id)) select.options[0].after(new Option(topic.name, topic.id));
      if (mine && select.value === '0') { select.value = topic.id; name.value = ''; }
    },
    /** Whether a message is to be shown here. */
    shows: message => !only || message.topic?.id === only,
  };
}
