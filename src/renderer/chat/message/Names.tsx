/** A heading and names under it, as a popover lists them. */
import classes from './Names.module.css';

export function Names({ title, names, none }: { title: string; names: readonly string[]; none: string }) {
  return (
    <section className={classes.names}>
      <h4 className={classes.title}>{title}</h4>
      {names.length === 0 ? (
        none !== '' && <p className={classes.none}>{none}</p>
      ) : (
        <ul className={classes.list}>
          {names.map((name, index) => (
            <li key={index}>{name}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
