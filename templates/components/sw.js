importScripts({{ asset('sw.js')|tojson }});
