import java.io.BufferedReader;
import java.io.InputStreamReader;
import org.codelibs.opensearch.runner.OpenSearchRunner;
import org.opensearch.node.Node;

/**
 * A cluster of real OpenSearch nodes in this JVM, for tests: `Cluster <folder> <nodes> <first HTTP port>`.
 *
 * Says "ready <port> ..." when all nodes are one cluster; then takes "close <number>" (the node is gone) and
 * "start <number>" from standard input, answering "done". Ends with its input, so that it never outlives the tests.
 */
public class Cluster {
    public static void main(String[] args) throws Exception {
        int nodes = Integer.parseInt(args[1]);
        int http = Integer.parseInt(args[2]);
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            settings.put("http.port", http + number - 1);
            settings.put("transport.port", http + 100 + number - 1);
            settings.put("http.bind_host", "127.0.0.1");
            settings.putList("discovery.seed_hosts", seeds(http + 100, nodes));
            settings.putList("cluster.initial_cluster_manager_nodes", "Node 1");
            settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
            settings.put("node.processors", 1);
        });
        runner.build(OpenSearchRunner.newConfigs().basePath(args[0]).clusterName("gongkai-test").numOfNode(nodes)
                .disableESLogger());
        StringBuilder ports = new StringBuilder("ready");
        for (int number = 0; number < nodes; number++) {
            ports.append(' ').append(runner.getNode(number).settings().get("http.port"));
        }
        say(ports.toString());
        obey(runner);
        System.exit(0);
    }

    private static String[] seeds(int first, int nodes) {
        String[] found = new String[nodes];
        for (int number = 0; number < nodes; number++) {
            found[number] = "127.0.0.1:" + (first + number);
        }
        return found;
    }

    private static void obey(OpenSearchRunner runner) throws Exception {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
        for (String line = orders.readLine(); line != null; line = orders.readLine()) {
            String[] words = line.split(" ");
            if (words[0].equals("close")) {
                Node node = runner.getNode(Integer.parseInt(words[1]));
                node.close();
            } else {
                runner.startNode(Integer.parseInt(words[1]));
            }
            say("done");
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
