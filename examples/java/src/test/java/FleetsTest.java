import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests of the client against the mock: each has a world of its own. */
@ExtendWith(FleetMock.class)
class FleetsTest {
    @Test
    void aFleetIsRenamedOnce(World world) throws Exception {
        new Fleets(world.url(), "demo-key").rename("acme-corp-001", "Acme");
        var sent = world.sent("operation=rename_fleet");
        assertEquals(1, sent.size());
        assertEquals(200, sent.get(0).get("status").asInt());
        assertEquals("{\"newName\":\"Acme\"}", sent.get(0).get("request").get("body").asText());
    }

    @Test
    void aCallThatIsRefusedForItsRateIsSentAgain(World world) throws Exception {
        world.control("POST", "/rules", """
                {"times": 1, "respond": {"status": 429, "headers": {"Retry-After": "0"}}}""");
        new Fleets(world.url(), "demo-key").rename("acme-corp-001", "Acme");
        assertEquals(1, world.sent("operation=rename_fleet&status=429").size());
        assertEquals(1, world.sent("operation=rename_fleet&status=200").size());
    }

    @Test
    void anIdAndANameMayHaveAnyCharacters(World world) throws Exception {
        var fleets = new Fleets(world.url(), "demo-key");
        fleets.rename("acme-corp-001", "The \"Acme\"");
        assertEquals(1, world.sent("operation=rename_fleet&status=200").size());
        assertThrows(IOException.class, () -> fleets.rename("north/south 100%", "Acme"));
        assertEquals(1, world.sent("operation=rename_fleet&status=404").size());
    }

    @Test
    void theWorldsOfATestAreApart(World one, World other) throws Exception {
        new Fleets(one.url(), "demo-key").rename("acme-corp-001", "Acme");
        assertEquals(1, one.sent("operation=rename_fleet").size());
        assertEquals(0, other.sent("operation=rename_fleet").size());
    }

    @Test
    void aRevokedCodeIsShownNoLonger(World world) throws Exception {
        var fleets = new Fleets(world.url(), "demo-key");
        world.control("POST", "/fleets/acme-corp-001/codes", "{\"code\": \"NEW\"}");
        assertTrue(fleets.codes("acme-corp-001").contains("NEW"));
        world.control("DELETE", "/fleets/acme-corp-001/codes/NEW", "");
        assertFalse(fleets.codes("acme-corp-001").contains("NEW"));
    }

    @Test
    void anUnknownFleetIsToldWhateverTheBodyOfErrors(World world) throws Exception {
        world.control("PATCH", "/dialect", "{\"error.body\": \"message\"}");
        var fleets = new Fleets(world.url(), "demo-key");
        assertThrows(IOException.class, () -> fleets.rename("unknown-001", "Acme"));
        assertFalse(world.sent("status=404").get(0).get("problem").get("detail").asText().isEmpty());
    }
}
