// A body longer than eight lines is folded by the style sheet; this offers the rest, and gives back the fold.
import { whenAdded } from './added.js';
import { text } from './page.js';

let count = 0;

function fold(body) {
  if (body.scrollHeight <= body.clientHeight + 24) { body.classList.add('open'); return; }
  body.id ||= `body-${count++}`;
  body.classList.add('folded');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'unfold';
  button.setAttribute('aria-controls', body.id);
  const set = open => {
    body.classList.toggle('open', open);
    body.classList.toggle('folded', !open);
    button.setAttribute('aria-expanded', String(open));
    button.textContent = text(open ? 'less' : 'more');
  };
  button.addEventListener('click', () => set(!body.classList.contains('open')));
  body.addEventListener('focusin', () => set(true)); // a link inside must not take the focus unseen
  set(false);
  body.after(button);
}

// Measured when it is near the screen: the fonts are there, and a long page is not laid out twice.
const near = new IntersectionObserver(entries => entries.forEach(entry => {
  if (!entry.isIntersecting) return;
  near.unobserve(entry.target);
  fold(entry.target);
}), { rootMargin: '400px' });

whenAdded('[data-fold]', body => near.observe(body));
