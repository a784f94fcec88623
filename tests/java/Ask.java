// Jena's answers: the arguments are a file of N-Quads, taken as one graph, and questions (.rq); beside each comes its answer
// (.json, or .nt where the question makes a graph).

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.jena.query.Query;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.query.QueryExecutionFactory;
import org.apache.jena.query.QueryFactory;
import org.apache.jena.query.ResultSetFormatter;
import org.apache.jena.rdf.model.Model;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFDataMgr;

public class Ask {
  public static void main(String[] arguments) throws Exception {
    Model data = RDFDataMgr.loadDataset(arguments[0]).getUnionModel();
    for (int n = 1; n < arguments.length; n++) {
      Query query = QueryFactory.create(Files.readString(Path.of(arguments[n])));
      Path answer = Path.of(arguments[n].replaceAll("rq$", query.isConstructType() ? "nt" : "json"));
      try (QueryExecution asked = QueryExecutionFactory.create(query, data); OutputStream out = Files.newOutputStream(answer)) {
        if (query.isConstructType()) RDFDataMgr.write(out, asked.execConstruct(), Lang.NTRIPLES);
        else if (query.isAskType()) ResultSetFormatter.outputAsJSON(out, asked.execAsk());
        else ResultSetFormatter.outputAsJSON(out, asked.execSelect());
      }
    }
  }
}
