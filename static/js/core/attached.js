// Files of a message that has just come, as templates/files/_attached.html writes them.
import { icon, language } from './page.js';

const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

function size(bytes, say) {
  return bytes < 1e6 ? say.textKb.replace('{a}', number.format(Math.max(1, Math.round(bytes / 1e3)))) : say.textMb.replace('{a}', number.format(bytes / 1e6));
}

function picture(file, alone) {
  const scale = alone ? Math.min(1, 640 / file.width, 416 / file.height) : 1;
  const side = alone ? '1280' : '480';
  const image = Object.assign(new Image(Math.round(file.width * scale), Math.round(file.height * scale)), { alt: file.alt || file.name, loading: 'lazy', src: file.thumbnails[side] });
  const link = Object.assign(document.createElement('a'), { href: file.url });
  link.append(image);
  return link;
}

function row(file, say) {
  const link = Object.assign(document.createElement('a'), { href: file.url });
  const name = Object.assign(document.createElement('span'), { className: 'clip', textContent: file.name });
  const about = Object.assign(document.createElement('span'), { className: 'muted', textContent: `${file.name.split('.').at(-1).toUpperCase()} · ${size(file.size, say)}` });
  link.append(icon('file-text'), name, ' ', about);
  return link;
}

function list(links, css, label) {
  const made = Object.assign(document.createElement('ul'), { className: css });
  made.setAttribute('aria-label', label);
  made.append(...links.map(link => { const item = document.createElement('li'); item.append(link); return item; }));
  return made;
}

/** `say` has textPictures, textFiles, textKb and textMb. */
export function attached(files, say) {
  const box = Object.assign(document.createElement('div'), { className: 'attached' });
  const pictures = files.filter(file => file.type.startsWith('image/'));
  const others = files.filter(file => !pictures.includes(file));
  if (pictures.length) box.append(list(pictures.map(file => picture(file, pictures.length === 1)), `pictures n${Math.min(4, pictures.length)}`, say.textPictures));
  if (others.length) box.append(list(others.map(file => row(file, say)), 'file-rows', say.textFiles));
  return box;
}

/** What is shown of the page behind a link, as templates/files/_preview.html writes it: the words of somebody outside. */
export function preview({ url, title, description, site }) {
  const link = Object.assign(document.createElement('a'), { className: 'link-preview', href: url, rel: 'noopener noreferrer nofollow' });
  const from = Object.assign(document.createElement('span'), { className: 'muted link-site' });
  from.append(icon('globe', 's'), ` ${site}`);
  link.append(from, Object.assign(document.createElement('strong'), { textContent: title }));
  if (description) link.append(Object.assign(document.createElement('span'), { className: 'link-about', textContent: description }));
  return link;
}
