window.hadProbe = typeof window.probe;
addEventListener('DOMContentLoaded', () => {
  const show = (how, list) => {
    const paths = probe.pathsFor([...list]);
    document.querySelector('#files').textContent =
      `${how} ${[...list].map((file, i) => `${file.name}=${paths[i]}=${probe.pathFor(file)}`).join(' ')}`;
  };
  window.probe?.onTold((value) => {
    document.querySelector('#told').textContent = `${value.at.toISOString()} ${value.bytes.join()}`;
  });
  document.querySelector('input').addEventListener('change', (event) => show('chosen', event.target.files));
  document.body.addEventListener('dragover', (event) => event.preventDefault());
  document.body.addEventListener('drop', (event) => {
    event.preventDefault();
    show('dropped', event.dataTransfer.files);
  });
});
