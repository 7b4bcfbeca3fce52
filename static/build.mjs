// Bundles static/js and static/css into static/dist and writes manifest.json (logical name -> hashed file).
// Run as `node static/build.mjs` after `npm ci --ignore-scripts`, from any folder.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, 'dist');
const require = createRequire(import.meta.url);
const vendor = path => readFileSync(require.resolve(path), 'utf8');
const manifest = {};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

/** Writes `data` under a name that carries its hash, and enters it in the manifest. */
function put(name, data) {
  const hash = createHash('sha256').update(data).digest('hex').slice(0, 10);
  const file = name.replace(/(\.\w+)$/, `.${hash}$1`);
  writeFileSync(join(out, file), data);
  return (manifest[name] = file);
}

const ICONS = `house message-circle users-round contact-round lightbulb chart-no-axes-column search bell plus heart-handshake
  message-square bookmark ellipsis bold italic list list-ordered quote link code at-sign smile check check-check x chevron-down
  chevron-right chevron-left arrow-left arrow-right arrow-down arrow-up send pencil trash-2 settings log-out log-in lock lock-open eye eye-off
  globe users user user-plus user-check mail phone video map-pin building-2 calendar clock circle-help circle-check circle-alert info award
  thumbs-up sun moon monitor filter pin flag copy share-2 history wifi-off refresh-cw image paperclip star sparkles
  hand-helping network megaphone party-popper hash reply menu languages shield shield-check file-text trending-up trending-down
  minus triangle-alert wrench briefcase graduation-cap coffee loader-circle key download upload laptop smartphone external-link
  message-circle-question-mark book-open messages-square circle-x circle-plus undo-2 tag list-checks bell-off target layers plug`;

// Icons of the frame of every page and of the feed: they stand in the page itself, so that nothing waits for another file.
const NEAR = `house users-round contact-round message-circle chart-no-axes-column bell search plus user settings bookmark monitor sun moon
  log-out shield-check message-square heart-handshake thumbs-up lightbulb hand-helping party-popper smile link ellipsis circle-help
  circle-check list-checks globe lock list bold at-sign pencil trash-2 history
  flag building-2 paperclip x file-text share-2 eye-off filter coffee languages`;

/** One <svg> of <symbol>s: each icon inherits the colour of its text. */
function sprite(names, prefix, attributes) {
  const symbols = names.split(/\s+/).map(name => vendor(`lucide-static/icons/${name}.svg`)
    .replace(/<!--[\s\S]*?-->/, '')
    .replace(/<svg[\s\S]*?>/, `<symbol id="${prefix}${name}" viewBox="0 0 24 24">`)
    .replace('</svg>', '</symbol>')
    .replace(/\s+/g, ' ').replace(/ ?(\/?>) ?/g, '$1').trim());
  return `<svg ${attributes}>${symbols.join('')}</svg>`;
}

/** [[emoji, words to search, group], ...]; group 2 holds skin tones and hair, which are no emoji on their own. */
function emoji(language) {
  const all = JSON.parse(vendor(`emoji-picker-element-data/${language}/emojibase/data.json`));
  return JSON.stringify(all.filter(e => e.group !== undefined && e.group !== 2)
    .sort((a, b) => a.order - b.order)
    .map(e => [e.emoji, [e.annotation, ...(e.tags ?? [])].join(' ').toLowerCase(), e.group]));
}

/** `import features from 'rse:features'`: every static/js/NAME.js beside app.js becomes a module loaded on demand. */
const features = {
  name: 'features',
  setup(builder) {
    const apart = new Set(['app.js', 'sw.js']);
    builder.onResolve({ filter: /^rse:features$/ }, () => ({ path: 'features', namespace: 'rse' }));
    builder.onLoad({ filter: /.*/, namespace: 'rse' }, () => {
      const files = readdirSync(join(here, 'js')).filter(f => f.endsWith('.js') && !apart.has(f));
      const lines = files.map(f => `${JSON.stringify(basename(f, '.js'))}: () => import('./${f}')`);
      return { contents: `export default { ${lines.join(', ')} };`, resolveDir: join(here, 'js') };
    });
  },
};

/** Enters the entry points of an esbuild result in the manifest. */
function enter(result) {
  for (const [file, info] of Object.entries(result.metafile.outputs)) {
    if (/^(js|css)\/(app|sw)\.(js|css)$/.test(info.entryPoint ?? '')) manifest[basename(info.entryPoint)] = basename(file);
  }
}

const common = { bundle: true, minify: true, outdir: out, metafile: true, target: 'es2022', absWorkingDir: here,
  entryNames: '[name].[hash]', chunkNames: '[name].[hash]', sourcemap: 'linked', legalComments: 'linked' };

put('inter.woff2', readFileSync(require.resolve('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2')));
put('inter-ext.woff2', readFileSync(require.resolve('@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2')));
put('icons.svg', sprite(ICONS, '', 'xmlns="http://www.w3.org/2000/svg"'));
put('near.svg', sprite(NEAR, 'i-', 'width="0" height="0" aria-hidden="true" hidden'));
put('icon.svg', readFileSync(join(here, 'icon.svg')));
put('icon-192.png', readFileSync(join(here, 'icon-192.png')));
put('icon-512.png', readFileSync(join(here, 'icon-512.png')));
for (const language of ['fr', 'en']) put(`emoji.${language}.json`, emoji(language));

enter(await build({ ...common, entryPoints: ['js/app.js'], splitting: true, format: 'esm', plugins: [features] }));
enter(await build({ ...common, entryPoints: ['css/app.css'], external: ['./inter*.woff2'], sourcemap: false }));

const cssFile = join(out, manifest['app.css']);
const css = readFileSync(cssFile, 'utf8').replaceAll(/\.\/(inter(?:-ext)?\.woff2)/g, (_, name) => `./${manifest[name]}`);
rmSync(cssFile);
put('app.css', css);

// The service worker is last: it is told which files make the shell, and changes when one of them does.
const shell = ['app.css', 'app.js', 'inter.woff2', 'icons.svg', 'icon.svg'].map(name => manifest[name]);
enter(await build({ ...common, entryPoints: ['js/sw.js'], format: 'iife', sourcemap: false,
  define: { SHELL: JSON.stringify(shell), PICTURE: JSON.stringify(manifest['icon-192.png']) } }));

writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
console.log(`static/dist: ${Object.keys(manifest).length} files in the manifest`);
