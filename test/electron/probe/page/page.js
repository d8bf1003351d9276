window.hadApi = typeof window.api;
addEventListener('DOMContentLoaded', () => {
  const show = (how, list) => {
    const paths = api.pathsFor([...list]);
    document.querySelector('#files').textContent = `${how} ${[...list].map((file, i) => `${file.name}=${paths[i]}=${api.pathFor(file)}`).join(' ')}`;
  };
  api?.onTold((value) => {
    document.querySelector('#told').textContent = `${value.at.toISOString()} ${value.bytes.join()}`;
  });
  document.querySelector('input').addEventListener('change', (event) => show('chosen', event.target.files));
  document.body.addEventListener('dragover', (event) => event.preventDefault());
  document.body.addEventListener('drop', (event) => {
    event.preventDefault();
    show('dropped', event.dataTransfer.files);
  });
});
